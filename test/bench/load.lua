-- wrk's part of a measurement. Arguments: file of "host path" lines, body bytes, "close" or "keep-alive", further field lines.
-- An empty line begins another list. All requests are formatted before the load begins; one of a list is picked in turn for
-- each sending.
local lists, at = { {} }, 0

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
    if line == "" then
      lists[#lists + 1] = {}
    else
      local requests = lists[#lists]
      local host, path = line:match("^(%S+) (%S+)$")
      headers["Host"] = host
      requests[#requests + 1] = wrk.format(method, path, headers, body)
    end
  end
end

function request()
  local requests = lists[1]
  at = at % #requests + 1
  return requests[at]
end

-- A load that is held (alternate.ts) shares two numbers with whoever holds it, in a file: the list that it sends from, which is
-- changed while it is stopped, and how many requests it has sent.
local shared = os.getenv("SHARED")
if shared then
  local ffi = require("ffi")
  ffi.cdef("int open(const char *, int, ...); void *mmap(void *, size_t, int, int, int, long);")
  local READ_WRITE, READ_AND_WRITE, SHARED = 2, 3, 1
  local file = ffi.C.open(shared, READ_WRITE)
  local numbers = ffi.cast("int32_t *", ffi.C.mmap(nil, 8, READ_AND_WRITE, SHARED, file, 0))

  function request()
    local requests = lists[numbers[0] + 1]
    numbers[1] = numbers[1] + 1
    at = at % #requests + 1
    return requests[at]
  end
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
