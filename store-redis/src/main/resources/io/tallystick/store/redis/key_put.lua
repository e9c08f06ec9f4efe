-- ARGV: how, key, now, end, time to live or '', value, expected value, before when what ended is
-- dropped, the end that never comes
local ending = redis.call('HGET', KEYS[1], 'e')
local there = ending and tonumber(ending) > tonumber(ARGV[3])
if ARGV[1] == 'compare' then
  if not there or redis.call('HGET', KEYS[1], 'v') ~= ARGV[7] then
    return 0
  end
  redis.call('HSET', KEYS[1], 'v', ARGV[6])
  return 1
end
if ARGV[1] == 'absent' and there then
  return 0
end
if ending then -- a server that is full lets through what comes behind a deletion
  redis.call('DEL', KEYS[1])
end
redis.call('HSET', KEYS[1], 'v', ARGV[6], 'e', ARGV[4])
if ARGV[5] ~= '' then
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
end
list(ARGV[2], ARGV[4], ARGV[9])
sweep(ARGV[8])
return 1
