-- Asks for the paths of a file in turn, each time as another visitor, and reports as JSON what came of it.
local requests, at, visitor, threads = {}, 0, 0, {}
refused = ""

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  for path in io.lines(args[1]) do table.insert(requests, path) end
  counts = {}
  math.randomseed(os.time())
  visitor = math.random(0, 200) * 65536
end

function request()
  at = at % #requests + 1
  visitor = (visitor + 1) % 16777216
  wrk.headers["Accept-Encoding"] = "gzip"
  wrk.headers["Sec-Fetch-Site"] = "none"
  wrk.headers["X-Forwarded-For"] = string.format(
    "10.%d.%d.%d", math.floor(visitor / 65536), math.floor(visitor / 256) % 256, visitor % 256)
  return wrk.format("GET", requests[at])
end

function response(status)
  if status < 200 or status > 299 then
    counts[status] = (counts[status] or 0) + 1
    local parts = {}
    for code, n in pairs(counts) do table.insert(parts, string.format('"%d": %d', code, n)) end
    refused = table.concat(parts, ", ")
  end
end

function done(summary, latency)
  local kinds = {}
  for _, thread in ipairs(threads) do
    local found = thread:get("refused")
    if found ~= "" then table.insert(kinds, found) end
  end
  for _, kind in ipairs({"connect", "read", "write", "timeout"}) do
    if summary.errors[kind] > 0 then table.insert(kinds, string.format('"%s": %d', kind, summary.errors[kind])) end
  end
  io.write(string.format(
    '\n@@{"answers": %d, "seconds": %f, "latencies": [%f, %f, %f], "bytes": %d, "errors": {%s}}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    latency:percentile(99) / 1e3, summary.bytes, table.concat(kinds, ", ")))
end
