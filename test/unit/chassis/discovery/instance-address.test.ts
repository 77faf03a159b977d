import { isIP } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { addressFault, instanceUrl } from '../../../../chassis/discovery/instance-address.ts';

const fault = (url: string) => addressFault(url, { allowLinkLocal: false });

describe('the address of an instance', () => {
  for (const url of [
    'http://127.0.0.1:3001',
    'http://10.1.2.3',
    'https://catalog.internal:8443',
    'http://[fd00::2]:3001',
    'http://catalog:3001/base',
    'http://169.253.255.255:1',
    'http://169.255.0.0:1',
  ])
    it(`may be ${url}`, () => expect(fault(url)).to.equal(undefined));

  for (const url of [
    'http://169.254.169.254/latest/meta-data',
    'http://169.254.0.1:80',
    'http://2852039166',
    'http://0xa9.0xfe.0xa9.0xfe',
    'http://0251.0376.0251.0376',
    'http://[fe80::1]:80',
    'http://[febf::1]:80',
    'http://[::ffff:169.254.169.254]',
    'http://[64:ff9b::169.254.169.254]',
    'http://[fd00:ec2::254]',
    'http://100.100.100.200',
    'http://168.63.129.16',
    'http://METADATA.google.internal',
    'http://metadata.google.internal.:80',
  ])
    it(`is not ${url}, save where the config allows it`, () => {
      expect(fault(url)).to.be.a('string');
      expect(addressFault(url, { allowLinkLocal: true })).to.equal(undefined);
    });

  for (const url of [
    'catalog:3001',
    '',
    'ftp://catalog',
    'file:///etc/passwd',
    'http://user:secret@catalog',
    'http://catalog?a=b',
    'http://catalog#a',
    'http://catalog:0',
    'http://catalog:65536',
    'http://0.0.0.0:3001',
    'http://[::]:3001',
    'http://255.255.255.255',
    'http://224.0.0.1',
    'http://[ff02::1]',
  ])
    it(`is never ${url || 'nothing'}`, () => {
      expect(fault(url)).to.be.a('string');
      expect(addressFault(url, { allowLinkLocal: true })).to.be.a('string');
    });

  it('is refused whatever link-local address it is, however it is written', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(octet, octet, fc.integer({ min: 1, max: 65_535 }), (a, b, port) => {
        const number = ((169 * 256 + 254) * 256 + a) * 256 + b;
        for (const host of [`169.254.${a}.${b}`, String(number), `0x${number.toString(16)}`])
          expect(fault(`http://${host}:${port}`), host).to.be.a('string');
      }),
    );
  });

  it('is written so that it is read back, in both families', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 1, max: 65_535 }), (host, port) => {
        const url = new URL(instanceUrl('http', host, port));
        const read = url.hostname.replace(/^\[|\]$/g, '');
        expect(isIP(read)).to.equal(isIP(host));
        expect(Number(url.port || 80)).to.equal(port);
      }),
    );
  });
});
