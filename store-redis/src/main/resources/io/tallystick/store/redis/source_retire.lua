-- KEYS: as always, epoch, index
-- ARGV: source, 'ended', 'expired', 'buried' or 'resumed', now, time to live
-- Begins a retirement, or goes on with one that was begun; empty where there is none. One that is
-- buried is cut off though its lease runs.
local source = ARGV[1]
if isRetired(source) then
  return {}
end
local how = redis.call('HGET', retiring, source)
if not how then
  local known = redis.call('HGET', versions, source)
  local ending = redis.call('ZSCORE', sources, source)
    or (known and (string.match(known, ' %d+ (%d+)$') or '0'))
  if not ending or ARGV[2] == 'resumed'
      or (ARGV[2] == 'expired' and tonumber(ending) > tonumber(ARGV[3])) then
    return {}
  end
  how = ARGV[2] == 'ended' and 'ended' or 'expired'
  redis.call('HSET', retiring, source, how)
  redis.call('INCR', KEYS[7])
end
own(KEYS[8], 'hash')
local names = redis.call('HKEYS', of)
for _, name in ipairs(names) do
  if name ~= '' then
    redis.call('HSETNX', KEYS[8], name, '{}')
  end
end
keep(ARGV[4])
return {how, names}
