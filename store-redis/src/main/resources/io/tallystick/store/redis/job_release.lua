-- ARGV from 3: how, key, lease, end of the lease or the delay, error
local id = redis.call('HGET', ids, ARGV[4])
if not id or redis.call('HGET', leases, id) ~= ARGV[5] then
  return 0
end
if ARGV[3] == 'extend' then
  run(id, ARGV[6])
  return 1
end
stop(id)
if ARGV[3] == 'acknowledge' then
  redis.call('HDEL', ids, ARGV[4])
  forget(id)
elseif tonumber(redis.call('HGET', attempts, id) or '0') >= most then
  bury(id, ARGV[7])
else
  redis.call('ZADD', delayed, ARGV[6], id)
end
return 1
