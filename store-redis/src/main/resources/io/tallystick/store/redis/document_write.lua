-- KEYS: documents. ARGV: of each how, condition, expected, value, time to live or ''
for i, key in ipairs(KEYS) do
  local from = 5 * i - 4
  local condition = ARGV[from + 1]
  local present = condition ~= '' and redis.call('GET', key)
  if condition == 'absent' and present
    or condition == 'equal' and present ~= ARGV[from + 2] then
    return 0
  end
end
for i, key in ipairs(KEYS) do
  local from = 5 * i - 4
  if ARGV[from] == 'delete' then
    redis.call('DEL', key)
  elseif ARGV[from + 4] == '' then
    redis.call('SET', key, ARGV[from + 3])
  else
    redis.call('SET', key, ARGV[from + 3], 'PX', ARGV[from + 4])
  end
end
return 1
