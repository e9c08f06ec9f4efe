-- KEYS: also the documents. ARGV: then of each document how, condition, expected, value, time to
-- live or '', end or '', how many sets, and of each its place or + and its name
local starts = {}
local at = 2
for i = 4, #KEYS do
  starts[i] = at
  local condition = ARGV[at + 1]
  if condition ~= '' then
    local present = redis.call('GET', KEYS[i])
    if condition == 'absent' and present
      or condition == 'equal' and present ~= ARGV[at + 2] then
      return 0
    end
  end
  at = at + 7 + 2 * tonumber(ARGV[at + 6])
end
for i = 4, #KEYS do
  local key, from = KEYS[i], starts[i]
  if ARGV[from] == 'delete' then
    redis.call('DEL', key)
    leave(key)
  else
    if ARGV[from + 4] == '' then
      redis.call('SET', key, ARGV[from + 3])
    else
      redis.call('SET', key, ARGV[from + 3], 'PX', ARGV[from + 4])
    end
    enter(key, ARGV[from + 5], '-', from + 6, false)
  end
end
return 1
