-- ARGV: source, version, time of publishing, time to live,
--   'all', 'changes', 'check', 'drop' or 'touch', the version that changes follow or '',
--   the length of the stage or '', the number of shapes, their fields and values, then fields and
--   values of series
local source, version, how = ARGV[1], ARGV[2], ARGV[5]
if redis.call('ZSCORE', retired, source) then
  return 'RETIRED'
end
local header = redis.call('HGET', live, source)
local present = header and string.sub(header, 1, 19)
if how == 'touch' then
  keep(ARGV[4])
  return 'ACCEPTED'
end
if present and present >= version then
  return 'STALE'
end
local shapes = 2 * tonumber(ARGV[8])
if how == 'changes' or how == 'check' then
  if present and present > ARGV[6] then
    return 'INCOMPLETE'
  end
  if present and string.sub(header, -1) ~= '-' and redis.call('EXISTS', series) == 0 then
    return 'INCOMPLETE' -- Redis has evicted it
  end
  for i = 9, 8 + shapes, 2 do
    local shape = redis.call('HGET', series, ARGV[i])
    if shape and shape ~= ARGV[i + 1] then
      return 'INCOMPLETE'
    end
  end
  if how == 'check' then
    return present and 'ACCEPTED' or 'NEW'
  end
end
if lacks(ARGV[7]) then
  return 'LOST'
end
local sign = '+'
if how == 'all' or how == 'drop' then
  redis.call('UNLINK', series)
end
if how == 'drop' then
  sign = '-'
else
  each('HSET', series, 9, ARGV, shapes)
  local fields, from = tail(9 + shapes, ARGV[7])
  each('HSET', series, from, fields, #fields - from + 1)
end
redis.call('HSET', live, source, version .. ' ' .. ARGV[3] .. ' ' .. sign)
redis.call('UNLINK', stage)
keep(ARGV[4])
return 'ACCEPTED'
