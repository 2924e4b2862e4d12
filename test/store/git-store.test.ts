import { storeContract } from './contract.ts';
import { gitWorld } from './worlds.ts';

// Racing writers of git lose three races of four: the whole number is told with FULL=1, and always in memory.
const many = process.env.FULL === '1' ? 10 : 2;

storeContract('the store over git', () => gitWorld(), { writers: 8, changes: many });
