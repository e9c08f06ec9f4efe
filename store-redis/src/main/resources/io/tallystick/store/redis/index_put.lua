-- KEYS: an index of families, and what is to live as long
-- ARGV: time to live, then names and what they are
-- Answers with how many names there are.
own(KEYS[1], 'hash')
for i = 2, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, ARGV[1])
end
return redis.call('HLEN', KEYS[1])
