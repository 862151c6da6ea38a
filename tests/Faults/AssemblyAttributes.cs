using Xunit;

// Each test runs a whole instance and kills it: side by side they would starve each other and measure that.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
