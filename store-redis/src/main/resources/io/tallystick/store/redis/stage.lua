-- KEYS: a stage
-- ARGV: time to live, then the first arguments that go there
redis.call('RPUSH', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
