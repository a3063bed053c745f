// The reference Bluesky server (PDS) beside its directory of identities (PLC), on loopback.
//
// usage: node serve.mjs <empty data folder>
// Prints one line of JSON once both answer, and stops when its standard input closes or on SIGTERM.
// LIMIT_RATES=1 switches the PDS's own rate limits on (30 logins in five minutes, for instance).
//
// The settings are those of the reference's own development environment, less what needs
// PostgreSQL: there is no AppView, so whatever the PDS would ask of one is answered by a 502.
import net from 'node:net'
import { randomBytes } from 'node:crypto'
import path from 'node:path'

const HOST = '127.0.0.1'
listenOnLoopbackOnly()

const { PDS } = await import('@atproto/pds')
const { Secp256k1Keypair } = await import('@atproto/crypto')
const { Database, PlcServer } = await import('@did-plc/server')

const [dataFolder] = process.argv.slice(2)
const plc = await startDirectory()
const pds = await startServer(plc.url)
console.log(JSON.stringify({ url: pds.url, plc_url: plc.url }))
stopWithParent()

// Neither server lets its address be chosen, and both would listen on every interface.
function listenOnLoopbackOnly() {
  const listen = net.Server.prototype.listen
  net.Server.prototype.listen = function (first, ...rest) {
    const options = typeof first === 'object' ? first : { port: first }
    return listen.call(this, { ...options, host: HOST }, ...rest)
  }
}

async function startDirectory() {
  const port = await freePort()
  const server = PlcServer.create({ db: Database.mock(), port })
  await server.start()
  return { url: `http://localhost:${port}`, stop: () => server.destroy() }
}

async function startServer(plcUrl) {
  const port = await freePort()
  const rotationKey = await Secp256k1Keypair.create({ exportable: true })
  const server = await PDS.fromEnv({
    port,
    hostname: 'localhost',
    devMode: true,
    dataDirectory: dataFolder,
    blobstoreDiskLocation: path.join(dataFolder, 'blobs'),
    blobUploadLimit: 100_000_000,
    didPlcUrl: plcUrl,
    plcRotationKeyK256PrivateKeyHex: Buffer.from(await rotationKey.export()).toString('hex'),
    recoveryDidKey: (await Secp256k1Keypair.create()).did(),
    adminPassword: randomBytes(16).toString('hex'),
    jwtSecret: randomBytes(16).toString('hex'),
    serviceHandleDomains: ['.test'],
    inviteRequired: false,
    rateLimitsEnabled: process.env.LIMIT_RATES === '1',
    bskyAppViewUrl: `http://${HOST}:1`,
    bskyAppViewDid: 'did:example:nobody',
    disableSsrfProtection: true,
  })
  await server.start()
  return { url: `http://localhost:${port}`, stop: () => server.destroy() }
}

function freePort() {
  return new Promise((found, failed) => {
    const probe = net.createServer()
    probe.on('error', failed)
    probe.listen(0, () => {
      const { port } = probe.address()
      probe.close(() => found(port))
    })
  })
}

function stopWithParent() {
  process.once('SIGTERM', stop)
  process.stdin.once('end', stop).once('error', stop).resume()
}

async function stop() {
  await Promise.allSettled([pds.stop(), plc.stop()])
  process.exit(0)
}
