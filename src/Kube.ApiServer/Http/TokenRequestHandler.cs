using System.Text.Json.Nodes;
using k8s.Models;
using Kube.ApiServer.Authentication.ServiceAccounts;
using Kube.ApiServer.Admission;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Http;

/// <summary>Answers <c>serviceaccounts/token</c>: signs a token that may be bound to a Pod, Secret or Node and ends with it.</summary>
internal sealed class TokenRequestHandler(ObjectRegistry registry, RequestBody bodies, ServiceAccountTokens tokens, ApiServerOptions options, TimeProvider time)
{
    private const long ShortestSeconds = 600;
    private const long LongestSeconds = 1L << 32;
    private const long DefaultSeconds = 3600;
    private static readonly GroupVersionKind Gvk = new("authentication.k8s.io", "v1", "TokenRequest");
    private static readonly SchemaType Schema = ModelSchemas.For(typeof(Authenticationv1TokenRequest));

    public async Task HandleAsync(ResourceRequest request)
    {
        var (ns, name) = (request.Path.Namespace, request.Path.Name);
        var account = registry.Read(request.Kind, ns, name);
        var body = await bodies.ObjectAsync(request.Http, Gvk, Schema, request.Aborted).ConfigureAwait(false);
        if (body.Object("metadata").Text("name") is { Length: > 0 } other && other != name)
            throw Refusal.BadRequest($"must match the service account name: {other}");
        var spec = body.Ensure("spec");
        var seconds = spec.Integer("expirationSeconds") ?? DefaultSeconds;
        Validate(name, seconds);
        string[] audiences = [.. spec.Texts("audiences")];
        if (audiences.Length == 0)
            audiences = [.. options.ApiAudiences];
        var bound = Bind(ns, name, spec.Object("boundObjectRef"));
        NodeRestriction.AdmitToken(request.User, request.Kind.Resource, name, bound, BoundNode(ns, bound));
        var now = time.GetUtcNow();
        var expires = now.AddSeconds(seconds);
        spec["audiences"] = new JsonArray([.. audiences.Select(a => (JsonNode)a)]);
        spec["expirationSeconds"] = seconds;
        body["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns, ["creationTimestamp"] = ObjectMetadata.Timestamp(now) };
        if (!request.DryRun)
        {
            var subject = new BoundObject(name, FieldReader.Text(account.Json, "metadata.uid") ?? "");
            body["status"] = new JsonObject { ["token"] = tokens.Sign(ns, subject, bound, audiences, expires), ["expirationTimestamp"] = ObjectMetadata.Timestamp(expires) };
        }

        await Replies.JsonAsync(request.Http, 201, JsonText.ToUtf8(body)).ConfigureAwait(false);
    }

    private static void Validate(string name, long seconds)
    {
        var errors = new FieldErrors();
        if (seconds < ShortestSeconds)
            errors.Invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
        if (seconds > LongestSeconds)
            errors.Invalid("spec.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds");
        if (errors.Any)
            throw Refusal.Invalid(Gvk, name, errors.Causes);
    }

    private Dictionary<string, BoundObject> Bind(string ns, string account, JsonObject? reference)
    {
        var bound = new Dictionary<string, BoundObject>(StringComparer.Ordinal);
        if (reference is null)
            return bound;
        var (kind, name) = (reference.Text("kind") ?? "", reference.Text("name") ?? "");
        var resource = (kind, reference.Text("apiVersion")) switch
        {
            ("Pod", "v1" or null or "") => "pods",
            ("Secret", "v1" or null or "") => "secrets",
            ("Node", "v1" or null or "") => "nodes",
            _ => throw Refusal.BadRequest($"cannot bind token to object of type {reference.Text("apiVersion")}, Kind={kind}"),
        };
        var stored = registry.Store.Get(new ObjectKey(resource, resource == "nodes" ? "" : ns, name)) ?? throw Refusal.NotFound(new GroupResource("", resource), name);
        var uid = FieldReader.Text(stored.Json, "metadata.uid") ?? "";
        if (reference.Text("uid") is { Length: > 0 } wanted && wanted != uid)
            throw Refusal.Conflict(new GroupResource("", resource), name, $"the UID in the bound object reference ({wanted}) does not match the UID in record. The object might have been deleted and then recreated");
        bound[kind.ToLowerInvariant()] = new BoundObject(name, uid);
        if (resource != "pods")
            return bound;
        var pod = DocumentReader.Read(stored.Json.Span).Object("spec");
        if (pod.Text("serviceAccountName") != account)
            throw Refusal.BadRequest($"cannot bind token for serviceaccount \"{account}\" to pod running with different serviceaccount name.");
        if (pod.Text("nodeName") is { Length: > 0 } node)
        {
            var machine = registry.Store.Get(new ObjectKey("nodes", "", node));
            bound["node"] = new BoundObject(node, machine is null ? "" : FieldReader.Text(machine.Json, "metadata.uid") ?? "");
        }

        return bound;
    }

    private static string? BoundNode(string ns, Dictionary<string, BoundObject> bound) => ns.Length > 0 && bound.ContainsKey("pod") ? bound.GetValueOrDefault("node")?.Name : null;
}
