import type { Redis } from "ioredis";

// What happens beside the jobs, each a script, so that it can be a part of the transaction that ends a job.

interface Script {
  readonly lua: string;
  /** Undefined: their number comes first among the arguments. */
  readonly numberOfKeys?: number;
}

// A full Redis refuses every transaction, and scripts whose first change takes memory. What frees some must not wait for room:
// it runs alone, and its first change (PERSIST of what never expires, DEL, PEXPIRE) takes none.

/** See `waEnd`. Where the keys to be remembered begin. What was ended before, and held again since its lock ran out, is counted no more. */
function end(keys: number): string {
  return `
      redis.call('PERSIST', KEYS[3])
      for place = ${keys}, #KEYS do redis.call('SET', KEYS[place], 1, 'PX', ARGV[4]) end
      local holder = redis.call('GET', KEYS[1])
      if holder ~= ARGV[1] then return holder == ARGV[2] and 1 or 0 end
      redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
      if redis.call('GET', KEYS[4]) == ARGV[3] then redis.call('DEL', KEYS[4]) end
      if redis.call('HGET', KEYS[2], 'data') == '{}' then return 1 end
      redis.call('HSET', KEYS[2], 'data', '{}')
      redis.call('HINCRBY', KEYS[3], 'count', -1)
      redis.call('HINCRBY', KEYS[3], 'bytes', -ARGV[5])`;
}

/** Names as BullMQ gives them to its own commands, but ours. */
export const scripts = {
  /** totals; records, bytes. Returns the bytes. */
  waAccount: {
    numberOfKeys: 1,
    lua: `
      redis.call('HINCRBY', KEYS[1], 'count', ARGV[1])
      return redis.call('HINCRBY', KEYS[1], 'bytes', ARGV[2])`,
  },
  /** totals, lists, and then sorted sets; how many lists. Nothing is there: then nothing is counted. */
  waSettleTotals: {
    lua: `
      for place = 2, #KEYS do
        local command = place <= ARGV[1] + 1 and 'LLEN' or 'ZCARD'
        if redis.call(command, KEYS[place]) > 0 then return 0 end
      end
      return redis.call('DEL', KEYS[1])`,
  },
  /**
   * pulse; gap, quiet (milliseconds). Called all the time by all workers. Returns whether locks that ran out may be looked
   * for: not when Redis has just been away, and nobody could renew any.
   */
  waPulse: {
    numberOfKeys: 1,
    lua: `
      local time = redis.call('TIME')
      local now = time[1] * 1000 + math.floor(time[2] / 1000)
      local last = tonumber(redis.call('HGET', KEYS[1], 'at') or 0)
      local from = tonumber(redis.call('HGET', KEYS[1], 'from') or 0)
      if now - last > tonumber(ARGV[1]) or from - now > tonumber(ARGV[2]) then
        from = now + ARGV[2]
        redis.call('HSET', KEYS[1], 'from', from)
      end
      redis.call('HSET', KEYS[1], 'at', now)
      return now >= from and 1 or 0`,
  },
  /** keys; milliseconds. */
  waRemember: {
    lua: `
      redis.call('DEL', KEYS[1])
      for _, key in ipairs(KEYS) do redis.call('SET', key, 1, 'PX', ARGV[1]) end`,
  },
  /**
   * stalled, locks; milliseconds, tokens, jobs. What ran out is taken again, unless somebody else has it by now, or it is done.
   * Returns how many were.
   */
  waRenew: {
    lua: `
      local taken = 0
      for place = 2, #KEYS do
        local token = ARGV[place]
        local holder = redis.call('GET', KEYS[place])
        if holder == token then
          redis.call('PEXPIRE', KEYS[place], ARGV[1])
          redis.call('SREM', KEYS[1], ARGV[place + #KEYS - 1])
        elseif not holder and redis.call('EXISTS', string.sub(KEYS[place], 1, -6)) == 1 then
          redis.call('DEL', KEYS[place])
          redis.call('SET', KEYS[place], token, 'PX', ARGV[1])
          taken = taken + 1
        end
      end
      return taken`,
  },
  /**
   * lock, totals, jobs behind others, other jobs, tails, keys; token, sealed token, how many of these jobs, of those, and of
   * tails, milliseconds for tails and for keys, records, bytes, progress if there is any and the one before it, parts. If all jobs
   * are there, those behind others where they belong, and the lock is held by who knows the progress, it gets the sealed token
   * and its job the next progress, tails their parts, keys are remembered, and all of it is counted. Returns whether it was so.
   * A sealed token is another: then nothing is left in the job. If it is not finished it comes again, and costs nothing but time.
   */
  waSeal: {
    lua: `
      if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
      local job = string.sub(KEYS[1], 1, -6)
      if ARGV[10] ~= '' and (redis.call('HGET', job, 'progress') or '') ~= ARGV[11] then return 0 end
      local behind = 2 + ARGV[3]
      local jobs = behind + ARGV[4]
      local tails = jobs + ARGV[5]
      for place = 3, jobs do
        if redis.call('EXISTS', KEYS[place]) == 0 then return 0 end
        if place <= behind and redis.call('EXISTS', KEYS[place] .. ':dependencies') == 0 then return 0 end
      end
      redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
      if ARGV[1] ~= ARGV[2] then redis.call('HSET', job, 'data', '[]') end
      if ARGV[10] ~= '' then redis.call('HSET', job, 'progress', ARGV[10]) end
      for place = jobs + 1, tails do
        redis.call('SET', KEYS[place], ARGV[11 + place - jobs], 'PX', ARGV[6])
      end
      for place = tails + 1, #KEYS do redis.call('SET', KEYS[place], 1, 'PX', ARGV[7]) end
      redis.call('HINCRBY', KEYS[2], 'count', ARGV[8])
      redis.call('HINCRBY', KEYS[2], 'bytes', ARGV[9])
      return 1`,
  },
  /**
   * lock, job, totals, tail, keys; token, sealed token, part, milliseconds, bytes. Keys are remembered in any case. A part that
   * is held waits no longer: nothing is left in it, and it is not the last of its conversation any more if nothing came after
   * it. Returns whether the lock has the sealed token, in whose name the part is to be finished.
   */
  waEnd: { lua: `${end(5)} return 1` },
  /**
   * lock, part, job of records; token, sealed token, data. What is in a part that is held moves into the job, in which there is
   * nothing; but not if that was so before. The lock gets the sealed token, in whose name the part is to be finished.
   */
  waComeAgain: {
    numberOfKeys: 3,
    lua: `
      if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('EXISTS', KEYS[3]) == 0 then return end
      redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
      if redis.call('HGET', KEYS[2], 'data') == '{}' then return end
      redis.call('HSET', KEYS[2], 'data', '{}')
      redis.call('HSET', KEYS[3], 'data', ARGV[3])`,
  },
  /**
   * As `waEnd`, with letters, letter totals and letter before the keys; and behind the bytes hash, prefix, limit, size, fields
   * and values. The part becomes a dead letter. The oldest give way.
   */
  waDeadLetter: {
    lua: `
      ${end(8)}
      if redis.call('EXISTS', KEYS[7]) == 1 then return 1 end
      local position = redis.call('HINCRBY', KEYS[6], 'position', 1)
      redis.call('HSET', KEYS[7], 'size', ARGV[9], 'position', position, unpack(ARGV, 10))
      redis.call('ZADD', KEYS[5], position, ARGV[6])
      local bytes = redis.call('HINCRBY', KEYS[6], 'bytes', ARGV[9])
      while bytes > tonumber(ARGV[8]) do
        local oldest = redis.call('ZRANGE', KEYS[5], 0, 0)[1]
        if not oldest then break end
        local size = redis.call('HGET', ARGV[7] .. oldest, 'size') or 0
        redis.call('DEL', ARGV[7] .. oldest)
        redis.call('ZREM', KEYS[5], oldest)
        redis.call('HINCRBY', KEYS[6], 'dropped', 1)
        bytes = redis.call('HINCRBY', KEYS[6], 'bytes', -size)
      end
      return 1`,
  },
  /**
   * job, lock, totals, key if it is to be remembered; data, other data, records, bytes, milliseconds. Returns whether it took the
   * place of this very data: not if somebody has the job, or changed it.
   */
  waReplace: {
    lua: `
      if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
      if redis.call('HGET', KEYS[1], 'data') ~= ARGV[1] then return 0 end
      redis.call('PERSIST', KEYS[3])
      redis.call('HSET', KEYS[1], 'data', ARGV[2])
      redis.call('HINCRBY', KEYS[3], 'count', ARGV[3])
      redis.call('HINCRBY', KEYS[3], 'bytes', ARGV[4])
      if KEYS[4] then redis.call('SET', KEYS[4], 1, 'PX', ARGV[5]) end
      return 1`,
  },
  /** letters, letter totals, letter; hash, and data if it must be this very one. Returns whether it was there. */
  waDiscard: {
    numberOfKeys: 3,
    lua: `
      if ARGV[2] and redis.call('HGET', KEYS[3], 'data') ~= ARGV[2] then return 0 end
      if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
      redis.call('HINCRBY', KEYS[2], 'bytes', -(redis.call('HGET', KEYS[3], 'size') or 0))
      redis.call('DEL', KEYS[3])
      return 1`,
  },
  /**
   * letters, letter totals, letter, job, totals; hash, data, bytes. The job takes the place of the letter, which is counted as
   * waiting, if that is there with this data. If not there is nothing in the job. Returns whether it was there.
   */
  waRevive: {
    numberOfKeys: 5,
    lua: `
      if redis.call('EXISTS', KEYS[4]) == 0 then return 0 end
      if redis.call('HGET', KEYS[3], 'data') ~= ARGV[2] then
        redis.call('HSET', KEYS[4], 'data', '[null]')
        return 0
      end
      redis.call('ZREM', KEYS[1], ARGV[1])
      redis.call('HINCRBY', KEYS[2], 'bytes', -(redis.call('HGET', KEYS[3], 'size') or 0))
      redis.call('DEL', KEYS[3])
      redis.call('HINCRBY', KEYS[5], 'count', 1)
      redis.call('HINCRBY', KEYS[5], 'bytes', ARGV[3])
      return 1`,
  },
  /** letters, letter totals, letter; data, size, other data. Returns whether it took the place of this very data. */
  waRewrite: {
    numberOfKeys: 3,
    lua: `
      if redis.call('HGET', KEYS[3], 'data') ~= ARGV[1] then return 0 end
      redis.call('PERSIST', KEYS[2])
      redis.call('HINCRBY', KEYS[2], 'bytes', ARGV[2] - redis.call('HGET', KEYS[3], 'size'))
      redis.call('HSET', KEYS[3], 'size', ARGV[2], 'data', ARGV[3])
      return 1`,
  },
} as const satisfies Record<string, Script>;

export type ScriptName = keyof typeof scripts;

export function defineScripts(client: Redis): void {
  for (const [name, script] of Object.entries<Script>(scripts))
    client.defineCommand(name, { ...script });
}
