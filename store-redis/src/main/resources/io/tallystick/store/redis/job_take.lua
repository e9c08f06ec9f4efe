-- ARGV from 3: end of the lease
local id, key, payload
repeat
  id = redis.call('LPOP', queued)
  if not id then
    return {}
  end
  key, payload = redis.call('HGET', keys, id), redis.call('HGET', payloads, id)
  if not key or not payload then -- evicted: there is nothing to be done
    if key then
      redis.call('HDEL', ids, key)
    end
    forget(id)
  end
until key and payload
local attempt = redis.call('HINCRBY', attempts, id, 1)
local lease = number()
redis.call('HSET', leases, id, lease)
run(id, ARGV[3])
return {id, key, payload, attempt, lease}
