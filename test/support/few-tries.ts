import fc from 'fast-check';

// For mutation testing, where each of thousands of changes to the code meets the properties again: few tries, and that one
// breaks is enough. To find the smallest way in which it breaks would take longer than all the rest.
fc.configureGlobal({ numRuns: 20, endOnFailure: true });
