using System.Text.Json.Nodes;
using Integration.Tests.Controllers;
using k8s;
using k8s.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Integration.Tests.Core;

/// <summary>The part of a node's agent that answers for logs: one line an instance.</summary>
internal sealed class NodeLogs : IAsyncDisposable
{
    private readonly WebApplication _app;

    private NodeLogs(WebApplication app) => _app = app;

    /// <summary>Listens under the node's name and has the node say where.</summary>
    public static async Task<NodeLogs> StartAsync(ControlPlane plane, string node)
    {
        var issued = plane.Server.Authority.IssueServing($"system:node:{node}", ["127.0.0.1"], TimeSpan.FromDays(1));
        var app = HttpsServers.Build(issued);
        app.MapGet("/containerLogs/{ns}/{pod}/{container}", (string pod) => Results.Text($"2026-03-01T12:00:00.000000000Z written by {pod}\n"));
        await app.StartAsync();
        var port = HttpsServers.AddressOf(app).Port;
        var status = new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["addresses"] = new JsonArray(new JsonObject { ["type"] = "InternalIP", ["address"] = "127.0.0.1" }),
                ["daemonEndpoints"] = new JsonObject { ["kubeletEndpoint"] = new JsonObject { ["Port"] = port } },
            },
        }.ToJsonString();
        await plane.Admin.CoreV1.PatchNodeStatusAsync(new V1Patch(status, V1Patch.PatchType.MergePatch), node);
        return new(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
