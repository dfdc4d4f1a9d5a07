-- Sends the requests of a file one after the other. All have the same length; after the last comes the first again.
local path, length, first = os.getenv("REQUESTS"), tonumber(os.getenv("LENGTH")), tonumber(os.getenv("FIRST"))
local file = io.open(path, "rb")
file:seek("set", first * length)

function request()
  local bytes = file:read(length)
  if bytes == nil then
    file:seek("set", 0)
    bytes = file:read(length)
  end
  return bytes
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'JSON {"requests":%d,"durationUs":%d,"p50Us":%d,"p99Us":%d,"notOk":%d,"failed":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
