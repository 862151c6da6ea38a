using System.Globalization;
using Simulation.Tests;

// simulate 1,2,3 [--trace]: runs seeds, one line each. Anything else: the test runner.
return args is ["simulate", var seeds, ..]
    ? Simulator.Run([.. seeds.Split(',').SelectMany(Range)], args.Contains("--trace"))
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);

// 7, or 7-12.
static IEnumerable<int> Range(string text)
{
    var ends = text.Split('-');
    var (first, last) = (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[^1], CultureInfo.InvariantCulture));
    return Enumerable.Range(first, last - first + 1);
}
