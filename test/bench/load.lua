-- wrk's part of a measurement. Arguments: file of "host path" lines, body bytes, "close" or "keep-alive", further field lines.
-- All requests are formatted before the load begins; one is picked in turn for each sending.
local requests, at = {}, 0

function init(args)
  local bytes, headers = tonumber(args[2]), {}
  local method, body = "GET", nil
  if bytes > 0 then
    method, body = "POST", string.rep("x", bytes)
  end
  if args[3] == "close" then
    headers["Connection"] = "close"
  end
  for i = 4, #args do
    local name, value = args[i]:match("^([^:]+): (.*)$")
    headers[name] = value
  end
  for line in io.lines(args[1]) do
    local host, path = line:match("^(%S+) (%S+)$")
    headers["Host"] = host
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n@{"requests":%d,"micros":%d,"p50":%d,"p99":%d,"max":%d,"status":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"histogram":[',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    errors.status, errors.connect, errors.read, errors.write, errors.timeout))
  if os.getenv("HISTOGRAM") then
    for i = 1, #latency do
      local value, count = latency(i)
      io.write(string.format("%s[%d,%d]", i > 1 and "," or "", value, count))
    end
  end
  io.write("]}\n")
end
