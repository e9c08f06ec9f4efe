-- ARGV from 3: how, key, lease, end of the lease or the delay, error
local id = redis.call('HGET', ids, ARGV[4])
if not id or redis.call('HGET', leases, id) ~= ARGV[5] then
  return 0
end
if ARGV[3] == 'extend' then
  redis.call('ZADD', running, ARGV[6], id)
  return 1
end
redis.call('ZREM', running, id)
redis.call('HDEL', leases, id)
if ARGV[3] == 'acknowledge' then
  redis.call('HDEL', ids, ARGV[4])
  forget(id)
elseif tonumber(redis.call('HGET', attempts, id) or '0') >= most then
  bury(id, ARGV[7])
else
  redis.call('ZADD', delayed, ARGV[6], id)
end
return 1
