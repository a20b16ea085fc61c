// SPDX-License-Identifier: Apache-2.0
// MQTT.js as a peer of the interop tests; its command line is that of peer.py.
import { createInterface } from 'node:readline';
import mqtt from 'mqtt';

const [what, port, version, id, ...rest] = process.argv.slice(2);

function connect(clean, user = '-', password = '-', will = undefined) {
    return mqtt.connect({
        host: '127.0.0.1',
        port: Number(port),
        protocolVersion: Number(version),
        clientId: id,
        clean,
        reconnectPeriod: 0,
        username: user === '-' ? undefined : user,
        password: user === '-' ? undefined : password,
        properties: version === '5' ? { sessionExpiryInterval: clean ? 0 : 3600 } : undefined,
        will,
    });
}

function refused(client) {
    client.on('error', () => {
        console.log('refused');
        process.exit(0);
    });
}

async function pub(topic, qos, retain, user, password) {
    const client = connect(true, user, password);
    refused(client);
    for await (const line of createInterface({ input: process.stdin })) {
        await client.publishAsync(topic, line, { qos: Number(qos), retain: retain === '1' });
    }
    await client.endAsync();
}

function sub(filter, qos, count, clean, user, password) {
    const client = connect(clean === '1', user, password);
    let left = Number(count);
    refused(client);
    client.on('message', (topic, payload, packet) => {
        if (left === 0) return;
        console.log(`${packet.retain ? 1 : 0} ${topic} ${payload}`);
        left -= 1;
        // After the acknowledgement of this message has left.
        if (left === 0) setTimeout(() => client.end(), 200);
    });
    client.on('connect', () => {
        client.subscribe(filter, { qos: Number(qos) }, () => {
            console.log('ready');
            if (left === 0 && count === '0') client.end();
        });
    });
}

function will(topic, payload) {
    const client = connect(true, '-', '-', { topic, payload: Buffer.from(payload), qos: 1 });
    client.on('connect', () => console.log('ready'));
}

if (what === 'pub') await pub(...rest);
else if (what === 'sub') sub(...rest);
else will(...rest);
