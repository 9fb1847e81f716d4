/** The documents that hold generated blocks. */
export const DOCUMENTS = ['README.md', 'bench/README.md', 'results/README.md', 'src/kernels/README.md']
