-- KEYS: an index of families
-- ARGV: time to live, then names and what they are
-- Answers with how many names there are.
own(KEYS[1], 'hash')
for i = 2, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('HLEN', KEYS[1])
