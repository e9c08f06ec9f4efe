-- KEYS: sources, versions, retired, retiring, families of the source, epoch
-- ARGV: source, 'ended', 'expired' or 'resumed', now, time to live
-- Begins a retirement, or goes on with one that was begun; empty where there is none.
if redis.call('ZSCORE', KEYS[3], ARGV[1]) then
  return {}
end
local how = redis.call('HGET', KEYS[4], ARGV[1])
if not how then
  local ending = redis.call('ZSCORE', KEYS[1], ARGV[1])
  if not ending or ARGV[2] == 'resumed' 
      or (ARGV[2] == 'expired' and tonumber(ending) > tonumber(ARGV[3])) then
    return {}
  end
  how = ARGV[2]
  redis.call('HSET', KEYS[4], ARGV[1], how)
  redis.call('PEXPIRE', KEYS[4], ARGV[4])
  redis.call('INCR', KEYS[6])
  redis.call('PEXPIRE', KEYS[6], ARGV[4])
end
return {how, redis.call('SMEMBERS', KEYS[5])}
