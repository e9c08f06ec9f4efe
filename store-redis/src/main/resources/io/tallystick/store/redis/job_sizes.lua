return {
  redis.call('LLEN', queued), redis.call('ZCARD', delayed),
  redis.call('ZCARD', running), redis.call('ZCARD', dead)
}
