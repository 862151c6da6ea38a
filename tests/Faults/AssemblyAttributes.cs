using Xunit.Sdk;
using Xunit.v3;

// Each test runs a whole instance and kills it: side by side they would starve each other and measure that.
[assembly: Parallelization(Mode = ParallelMode.None)]
