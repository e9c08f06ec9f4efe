-- ARGV from 3: at most how many
local found = {}
for _, id in ipairs(redis.call('ZRANGE', dead, 0, tonumber(ARGV[3]) - 1)) do
  found[#found + 1] = {
    id, redis.call('HGET', keys, id), redis.call('HGET', payloads, id),
    redis.call('HGET', attempts, id), redis.call('HGET', errors, id)
  }
end
return found
