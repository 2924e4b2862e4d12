import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipFile {
  /** With `/` between its parts. */
  path: string;
  bytes: Buffer;
}

/** The first of January 1980, as zip writes it: artifacts keep no times. */
const noDate = (1 << 5) | 1;
const utf8Names = 0x0800;
const deflated = 8;

/** A zip archive. Whole in memory, and without the extension for more than 4 GiB or 65,535 files: it is for tests and one machine. */
export function zip(files: readonly ZipFile[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, bytes } of files) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(bytes);
    // Signature apart, what the file's own header and the directory say alike.
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(utf8Names, 2);
    facts.writeUInt16LE(deflated, 4);
    facts.writeUInt16LE(noDate, 8);
    facts.writeUInt32LE(crc32(bytes), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(bytes.length, 18);
    facts.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE((0o100644 << 16) >>> 0, 6);
    place.writeUInt32LE(offset, 10);
    const local = [Buffer.from('PK\x03\x04'), facts, name, packed];
    parts.push(...local);
    directory.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), facts, place, name);
    offset += local.reduce((sum, part) => sum + part.length, 0);
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listed, end]);
}
