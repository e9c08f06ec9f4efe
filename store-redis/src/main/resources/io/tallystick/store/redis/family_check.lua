-- KEYS: live, retired, series of the source
-- ARGV: source, time of publishing, then fields and values of shapes
-- What is there of a source: its header or '', and whether changes of these shapes can be taken in.
-- Nothing is changed, whatever somebody has put there.
local retired = redis.pcall('ZSCORE', KEYS[2], ARGV[1])
if type(retired) == 'string' and tonumber(retired) > tonumber(ARGV[2]) - 86400000 then
  return {'RETIRED'}
end
local header = redis.pcall('HGET', KEYS[1], ARGV[1])
for i = 3, #ARGV, 2 do
  local shape = redis.pcall('HGET', KEYS[3], ARGV[i])
  if type(shape) == 'table' or (shape and shape ~= ARGV[i + 1]) then
    return {'INCOMPLETE'}
  end
end
return {'ACCEPTED', type(header) == 'string' and header or '',
  redis.call('EXISTS', KEYS[3])}
