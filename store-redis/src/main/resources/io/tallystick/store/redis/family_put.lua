-- ARGV: source, version, time of publishing, end of the lease, time to live,
--   'all', 'changes', 'drop' or 'touch', the mark that changes go on top of, or '' where there is
--   to be nothing, the length of the stage or '', the number of shapes, their fields and values,
--   then fields and values of series
local source, version, how = ARGV[1], ARGV[2], ARGV[6]
local retiredAt = redis.call('ZSCORE', retired, source)
if retiredAt and tonumber(retiredAt) > tonumber(ARGV[3]) - 86400000 then
  return refuse('RETIRED')
end
if how == 'touch' then
  keep(ARGV[5])
  return 'ACCEPTED'
end
local header = redis.call('HGET', live, source)
local present = versionOf(header)
if present and present >= version then
  return refuse('STALE')
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
    return refuse('LOST')
  end
end
if lacks(ARGV[8]) then
  return refuse('LOST')
end
local sign = how == 'drop' and '-' or '+'
-- the header first: of what takes memory, so that a full server refuses it before anything goes
redis.call('HSET', live, source, version .. ' ' .. ARGV[3] .. ' ' .. sign .. ' ' .. ARGV[4])
if how ~= 'changes' then
  redis.call('UNLINK', series)
end
if how ~= 'drop' then
  each('HSET', series, 10, ARGV, shapes)
  local fields, from = tail(10 + shapes, ARGV[8])
  each('HSET', series, from, fields, #fields - from + 1)
end
redis.call('UNLINK', stage)
keep(ARGV[5])
return 'ACCEPTED'
