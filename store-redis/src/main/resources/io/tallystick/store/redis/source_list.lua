-- KEYS: sources, versions, retired, retiring, epoch, cut, id, merged
-- All there is about sources, at one moment.
return {
  redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES'), redis.call('HGETALL', KEYS[2]),
  redis.call('ZRANGE', KEYS[3], 0, -1, 'WITHSCORES'), redis.call('HKEYS', KEYS[4]),
  redis.call('GET', KEYS[5]), redis.call('HKEYS', KEYS[6]), redis.call('GET', KEYS[7]),
  redis.call('SMEMBERS', KEYS[8])
}
