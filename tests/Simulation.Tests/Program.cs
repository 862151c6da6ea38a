using System.Globalization;
using Simulation.Tests;

// simulate FIRST LAST [--trace]: runs seeds, one line each. Anything else: the test runner.
return args is ["simulate", var first, var last, ..]
    ? Simulator.Run(int.Parse(first, CultureInfo.InvariantCulture), int.Parse(last, CultureInfo.InvariantCulture), args.Contains("--trace"))
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
