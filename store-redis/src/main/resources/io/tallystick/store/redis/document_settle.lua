-- ARGV: then token, key, 1 where it was deleted, and the sets that have it. Takes it out of all
-- others, unless somebody else has begun to write it: 0 then.
local row = redis.call('HGET', KEYS[1], ARGV[3])
if not row then
  return ARGV[4]
end
if token(row) ~= ARGV[2] then
  return 0
end
if ARGV[4] == '1' then
  leave(ARGV[3])
  return 1
end
local wanted = {}
for i = 5, #ARGV do
  wanted[ARGV[i]] = true
end
local parts = {string.match(row, '^%S* '), ARGV[2], ' '}
for set, place in pairs(places(row)) do
  if wanted[set] then
    parts[#parts + 1] = place .. ':' .. #set .. ':' .. set
  else
    redis.call('ZREM', ARGV[1] .. set, ARGV[3])
  end
end
redis.call('HSET', KEYS[1], ARGV[3], table.concat(parts))
return 1
