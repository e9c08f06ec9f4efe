-- ARGV from 3: id
local id = ARGV[3]
if not redis.call('ZSCORE', dead, id) then
  return 0
end
local key = redis.call('HGET', keys, id)
if not key or taken(key) then
  return 0
end
redis.call('ZREM', dead, id)
redis.call('HDEL', errors, id)
redis.call('HSET', attempts, id, 0)
redis.call('HSET', ids, key, id)
redis.call('RPUSH', queued, id)
return 1
