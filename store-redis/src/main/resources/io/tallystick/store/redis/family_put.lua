-- ARGV: source, version, time of publishing, end of the lease, time to live,
--   'all', 'changes', 'drop' or 'touch', the mark that changes go on top of, or '' where there is
--   to be nothing, 'open' or '', the number of shapes, their fields and values, then fields and
--   values of series. Of what is open, those come to the stage with the commands that follow in the
--   transaction, and family_put_end.lua ends it; where it was refused, the stage has no field ''.
local source, version, how = ARGV[1], ARGV[2], ARGV[6]
local retiredAt = redis.call('ZSCORE', retired, source)
if retiredAt and tonumber(retiredAt) > tonumber(ARGV[3]) - 86400000 then
  return 'RETIRED'
end
if how == 'touch' then
  keep(ARGV[5])
  return 'ACCEPTED'
end
local header = redis.call('HGET', live, source)
local present = versionOf(header)
if present and present >= version then
  return 'STALE'
end
local shapes = 2 * tonumber(ARGV[9])
if how == 'changes' then
  local mark = present and present .. (string.match(header, '^%d+ %d+ ([+-])') or '') or ''
  local lost = ARGV[7] ~= mark
    or (string.sub(mark, -1) == '+') ~= (redis.call('EXISTS', series) == 1)
  for i = 10, 9 + shapes, 2 do
    local shape = redis.call('HGET', series, ARGV[i])
    lost = lost or (shape and shape ~= ARGV[i + 1])
  end
  if lost then
    return 'LOST'
  end
end
local sign = how == 'drop' and '-' or '+'
-- the header first: of what takes memory, so that a full server refuses it before anything goes
redis.call('HSET', live, source, version .. ' ' .. ARGV[3] .. ' ' .. sign .. ' ' .. ARGV[4])
if how ~= 'changes' then
  redis.call('UNLINK', series)
end
if how ~= 'drop' then
  local target = series
  if ARGV[8] == 'open' then
    target = stage
    if redis.call('EXISTS', series) == 1 then
      redis.call('RENAME', series, stage)
    end
    redis.call('HSET', stage, '', 1)
  end
  for from = 10, #ARGV, BATCH do
    redis.call('HSET', target, unpack(ARGV, from, math.min(from + BATCH - 1, #ARGV)))
  end
end
keep(ARGV[5])
return 'ACCEPTED'
