-- Posts the lines of a file as forms, each once; each thread takes its own part.
local forms, at, step = {}, 0, 2
local counter = 0
function setup(thread) counter = counter + 1; thread:set("number", counter) end
function init(args)
  for line in io.lines(args[1]) do forms[#forms + 1] = line end
  at = number + 2 * tonumber(args[2])
end
function request()
  local form = forms[at]
  at = at + step
  return wrk.format("POST", nil, {["Content-Type"] = "application/x-www-form-urlencoded", ["Sec-Fetch-Site"] = "same-origin", ["Host"] = "bench.example"}, form)
end
