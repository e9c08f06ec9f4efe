-- ARGV: key, now, amount, the end that never comes, before when what ended is dropped
local ending = redis.call('HGET', KEYS[1], 'e')
if not ending or tonumber(ending) <= tonumber(ARGV[2]) then
  if ending then
    redis.call('DEL', KEYS[1])
  end
  redis.call('HSET', KEYS[1], 'v', '0', 'e', ARGV[4])
  list(ARGV[1], ARGV[4], ARGV[4])
  sweep(ARGV[5])
end
local sum = redis.pcall('HINCRBY', KEYS[1], 'v', ARGV[3])
if type(sum) == 'table' and sum.err then
  return sum
end
return redis.call('HGET', KEYS[1], 'v') -- a number of Lua's has 53 bits
