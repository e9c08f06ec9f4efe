-- ARGV from 3: end of the lease
local id = redis.call('LPOP', queued)
if not id then
  return {}
end
local attempt = redis.call('HINCRBY', attempts, id, 1)
local lease = number()
redis.call('HSET', leases, id, lease)
redis.call('ZADD', running, ARGV[3], id)
return {id, redis.call('HGET', keys, id), redis.call('HGET', payloads, id), attempt, lease}
