-- KEYS: sources, versions
-- The sources that are not retired, at one moment.
local leases = redis.pcall('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
local versions = redis.pcall('HGETALL', KEYS[2])
return {leases.err and {} or leases, versions.err and {} or versions}
