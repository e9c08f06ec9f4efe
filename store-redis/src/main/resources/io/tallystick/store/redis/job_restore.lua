-- ARGV from 3: state, key, payload, attempts, end, error
local state, key = ARGV[3], ARGV[4]
if state ~= 'DEAD' and taken(key) then
  return 0
end
local id = add(key, ARGV[5])
redis.call('HSET', attempts, id, ARGV[6])
if state == 'DEAD' then
  redis.call('HSET', errors, id, ARGV[8])
  redis.call('ZADD', dead, number(), id)
  return 1
end
redis.call('HSET', ids, key, id)
if state == 'QUEUED' then
  redis.call('RPUSH', queued, id)
elseif state == 'DELAYED' then
  redis.call('ZADD', delayed, ARGV[7], id)
else
  redis.call('HSET', leases, id, number())
  run(id, ARGV[7])
end
return 1
