-- ARGV: now, the time before which names are forgotten
-- The sources that are to be retired, and how many names are to be forgotten.
local due = redis.call('HKEYS', retiring)
for _, source in ipairs(redis.call('ZRANGEBYSCORE', sources, '-inf', ARGV[1])) do
  due[#due + 1] = source
end
if redis.call('HLEN', versions) > redis.call('ZCARD', sources) then -- which has lost some
  local all = redis.call('HGETALL', versions)
  for i = 1, #all, 2 do
    local ending = tonumber(string.match(all[i + 1], ' %d+ (%d+)$') or '0')
    if ending <= tonumber(ARGV[1]) and not redis.call('ZSCORE', sources, all[i]) then
      due[#due + 1] = all[i]
    end
  end
end
return {due, redis.call('ZCOUNT', retired, '-inf', ARGV[2])}
