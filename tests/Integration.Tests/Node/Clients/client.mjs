// Drives @kubernetes/client-node against the API server of KUBECONFIG: informer, apply, exec, logs, port-forward.
// Arguments: pod, its port. Prints one JSON document of what it saw.
import * as k8s from '@kubernetes/client-node';
import net from 'node:net';
import { PassThrough } from 'node:stream';
import { Buffer } from 'node:buffer';

const [pod, port] = [process.argv[2], Number(process.argv[3])];
const ns = 'default';
const config = new k8s.KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(k8s.CoreV1Api);
const seen = { events: [] };

const within = (what, promise) => Promise.race([
  promise,
  new Promise((_, no) => setTimeout(() => no(new Error(`${what} did not happen in 20 s`)), 20000).unref()),
]);
const until = async (what, holds) => {
  const end = Date.now() + 20000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`${what} did not happen in 20 s`);
    await new Promise(done => setTimeout(done, 20));
  }
};
const text = stream => new Promise((done, no) => {
  const parts = [];
  stream.on('data', part => parts.push(part)).on('end', () => done(Buffer.concat(parts).toString())).on('error', no);
});

// Informer: what is there, what is added, changed and deleted.
const informer = k8s.makeInformer(config, `/api/v1/namespaces/${ns}/configmaps`, () => core.listNamespacedConfigMap({ namespace: ns }));
const note = kind => object => { if (object.metadata.name === 'from-node') seen.events.push(`${kind} ${object.data?.colour}`); };
for (const kind of ['add', 'update', 'delete']) informer.on(kind, note(kind));
let stopped = false;
informer.on('error', e => { if (!stopped) seen.informerError = String(e); });
await informer.start();

// Server-side apply, twice, and a conflict with another manager.
const apply = (colour, fieldManager, force) => core.patchNamespacedConfigMap(
  { name: 'from-node', namespace: ns, fieldManager, force, body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'from-node' }, data: { colour } } },
  k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.ServerSideApply));
await apply('blue', 'first');
await until('the added object', () => seen.events.length >= 1);
await apply('red', 'first');
await until('the changed object', () => seen.events.length >= 2);
try {
  await apply('green', 'second');
  seen.conflict = 'none';
} catch (e) {
  seen.conflict = e.code;
}
await apply('green', 'second', true);
await until('the forced change', () => seen.events.length >= 3);
await core.deleteNamespacedConfigMap({ name: 'from-node', namespace: ns });
await until('the deletion', () => seen.events.length >= 4);
stopped = true;
await informer.stop();

// exec: both outputs, the input and its end, the status.
const exec = new k8s.Exec(config);
const run = (command, input) => within(`exec ${command}`, new Promise((done, no) => {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const [outText, errText] = [text(out), text(err)];
  exec.exec(ns, pod, 'c', command, out, err, input, false, async status => {
    out.end();
    err.end();
    done({ out: await outText, err: await errText, status: status.status, reason: status.reason, code: status.details?.causes?.find(c => c.reason === 'ExitCode')?.message });
  }).catch(no);
}));
seen.ok = await run(['sh', '-c', 'echo out; echo err >&2']);
seen.failed = await run(['sh', '-c', 'exit 7']);

// Logs, followed until a line has come.
const logs = new PassThrough();
const following = await new k8s.Log(config).log(ns, pod, 'c', logs, { follow: true, tailLines: 10 });
let log = '';
logs.on('data', part => { log += part; });
await until('a line of the log', () => log.includes('\n'));
following.abort();
seen.log = log.split('\n')[0];

// Port-forward: a local listener as kubectl has one.
const forward = new k8s.PortForward(config);
const server = net.createServer(socket => { forward.portForward(ns, pod, [port], socket, null, socket).catch(e => socket.destroy(e)); });
await new Promise(done => server.listen(0, '127.0.0.1', done));
const answer = await within('an answer through the forwarded port', fetch(`http://127.0.0.1:${server.address().port}/`, { headers: { connection: 'close' } }).then(r => r.text()));
seen.page = answer.trim();

console.log(JSON.stringify(seen));
process.exit(0);
