-- KEYS: hashes. All of them at one moment; false for one that is none.
local found = {}
for i, key in ipairs(KEYS) do
  local fields = redis.pcall('HGETALL', key)
  found[i] = not fields.err and fields
end
return found
