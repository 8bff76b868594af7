-- Taps "I support this" on the ideas of a file, one after the other, each time as somebody who has not voted before.
local paths, at = {}, 0
local counter = 0
function setup(thread) counter = counter + 1; thread:set("number", counter) end
function init(args)
  for line in io.lines(args[1]) do paths[#paths + 1] = line end
  at = math.floor(#paths / 2) * (number - 1)
end
function request()
  at = at % #paths + 1
  return wrk.format("POST", paths[at], {["Sec-Fetch-Site"] = "same-origin", ["HX-Request"] = "true", ["Host"] = "bench.example"})
end
