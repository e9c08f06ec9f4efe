-- ARGV from 3: at most how many
local found = {}
for _, id in ipairs(redis.call('ZRANGE', dead, 0, tonumber(ARGV[3]) - 1)) do
  found[#found + 1] = {
    id, redis.call('HGET', keys, id) or '', redis.call('HGET', payloads, id) or '',
    redis.call('HGET', attempts, id) or '0', redis.call('HGET', errors, id) or ''
  }
end
return found
