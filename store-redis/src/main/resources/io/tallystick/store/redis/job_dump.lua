-- All jobs: state, id, key, payload, attempts, end, lease, error
local found = {}
local function put(state, id, ending)
  local key, payload = redis.call('HGET', keys, id), redis.call('HGET', payloads, id)
  if not key or not payload then -- evicted
    return
  end
  found[#found + 1] = {
    state, id, key, payload, redis.call('HGET', attempts, id) or '0', ending,
    redis.call('HGET', leases, id) or '0', redis.call('HGET', errors, id) or ''
  }
end
for _, id in ipairs(redis.call('LRANGE', queued, 0, -1)) do
  put('QUEUED', id, '0')
end
for _, each in ipairs({{'DELAYED', delayed}, {'RUNNING', running}}) do
  local members = redis.call('ZRANGE', each[2], 0, -1, 'WITHSCORES')
  for i = 1, #members, 2 do
    put(each[1], members[i], members[i + 1])
  end
end
for _, id in ipairs(redis.call('ZRANGE', dead, 0, -1)) do
  put('DEAD', id, '0')
end
return found
