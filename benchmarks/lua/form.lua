-- Posts one form again and again; the first line of the file is the cookie that it belongs to.
local cookie, form
function init(args)
  local lines = io.lines(args[1])
  cookie, form = lines(), lines()
end
function request()
  return wrk.format("POST", nil, {["Content-Type"] = "application/x-www-form-urlencoded", ["Cookie"] = cookie, ["Host"] = "localhost", ["Referer"] = "http://localhost/"}, form)
end
