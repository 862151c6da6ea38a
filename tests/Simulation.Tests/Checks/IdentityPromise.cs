using Simulation.Tests.Nodes;
using Simulation.Tests.Plane;

namespace Simulation.Tests.Checks;

/// <summary>A stateful pod runs once, whatever the API says.</summary>
internal static class IdentityPromise
{
    public static void Check(World world, Machine machine, Container started)
    {
        if (started.OwnerKind != "StatefulSet")
        {
            return;
        }

        foreach (var other in world.Machines)
        {
            foreach (var twin in other.Containers.Where(c => c.Uid != started.Uid && c.OwnerKind == "StatefulSet" && c.Identity == started.Identity))
            {
                world.Findings.Add("identity", $"{started.Identity} starts on {machine.Name} ({started.Uid}) while it runs on {other.Name} ({twin.Uid})");
            }
        }
    }
}
