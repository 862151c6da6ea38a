using Xunit;

namespace Integration.Tests.Kubectl;

/// <summary><c>kubectl create</c> and its generators, <c>run</c> and <c>expose</c>; the generators send protobuf.</summary>
internal static class CreateRows
{
    private const string Area = "create";

    public static IEnumerable<MatrixRow> All =>
    [
        new(Area, "create -f FILE", async k => await k.In(Manifests.ConfigMap("a") + "\n---\n" + Manifests.Deployment(), "create -f -", "configmap/a created", "deployment.apps/web created")),
        new(Area, "create -f DIR -R", async k =>
        {
            await k.File("a.yaml", Manifests.ConfigMap("a"));
            System.IO.Directory.CreateDirectory(Path.Combine(k.Directory, "more"));
            await k.File("more/b.yaml", Manifests.ConfigMap("b"));
            await k.Ok($"create -R -f {k.Directory}", "configmap/a created", "configmap/b created");
        }),
        new(Area, "create -f (twice)", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            await k.FailsIn(Manifests.ConfigMap("a"), "create -f -", "(AlreadyExists)", "configmaps \"a\" already exists");
        }),
        new(Area, "create --dry-run=server", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create --dry-run=server -f -", "created (server dry run)");
            await k.Fails("get cm a", "NotFound");
        }),
        new(Area, "create --dry-run=client -o yaml", async k => await k.Ok("create deployment web --image=i --dry-run=client -o yaml", "kind: Deployment")),
        new(Area, "create --validate=strict", async k => await k.FailsIn(Manifests.ConfigMap("a") + "\ndataa: {}", "create -f -", "unknown field \"dataa\"")),
        new(Area, "create --validate=warn", async k => await k.In(Manifests.ConfigMap("a") + "\ndataa: {}", "create --validate=warn -f -", "Warning: unknown field \"dataa\"", "configmap/a created")),
        new(Area, "create --validate=ignore", async k => await k.In(Manifests.ConfigMap("a") + "\ndataa: {}", "create --validate=ignore -f -", "configmap/a created")),
        new(Area, "create (generateName)", async k => await k.In("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"generateName\":\"gen-\"}}", "create -f -", "configmap/gen-")),
        new(Area, "create (a review, validated by OpenAPI v2)", async k =>
        {
            const string review = "{\"apiVersion\":\"authorization.k8s.io/v1\",\"kind\":\"SelfSubjectAccessReview\",\"spec\":{\"resourceAttributes\":{\"verb\":\"get\",\"resource\":\"pods\"}}}";
            await k.In(review, "create -o yaml -f -", "allowed: true");
            await k.FailsIn(review.Replace("verb", "verbb", StringComparison.Ordinal), "create -f -", "unknown field \"verbb\"");
        }),
        new(Area, "create --raw", async k => await k.In("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"raw\"}}", $"create --raw /api/v1/namespaces/{k.Namespace}/configmaps -f -", "\"name\":\"raw\"")),
        new(Area, "create --edit --save-config", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create --save-config -f -");
            await k.Ok("apply view-last-applied cm/a", "a: b");
        }),
        new(Area, "create clusterrole", async k =>
        {
            await k.Ok($"create clusterrole {k.Unique} --verb=get,list --resource=pods,deployments.apps --resource-name=x", "created");
            await k.Is($"clusterrole {k.Unique}", ".rules[1].apiGroups[0]", "apps");
        }),
        new(Area, "create clusterrole (aggregation, non-resource)", async k =>
        {
            await k.Ok($"create clusterrole {k.Unique} --verb=get --non-resource-url=/logs/*", "created");
            await k.Ok($"create clusterrole {k.Unique}b --aggregation-rule=a=b", "created");
        }),
        new(Area, "create clusterrolebinding", async k =>
        {
            await k.Ok($"create clusterrolebinding {k.Unique} --clusterrole=view --user=u --group=g --serviceaccount=default:s", "created");
            await k.Is($"clusterrolebinding {k.Unique}", ".subjects[*].kind", "User Group ServiceAccount");
        }),
        new(Area, "create configmap", async k =>
        {
            var file = await k.File("app.conf", "x=1\n");
            await k.Ok($"create configmap c --from-literal=a=b --from-file={file} --from-file=other={file}", "created");
            await k.Is("cm c", ".data.app\\.conf", "x=1");
        }),
        new(Area, "create configmap --from-env-file", async k =>
        {
            await k.Ok($"create configmap c --from-env-file={await k.File("v.env", "A=1\nB=2\n")}", "created");
            await k.Is("cm c", ".data.B", "2");
        }),
        new(Area, "create configmap (binary)", async k =>
        {
            await System.IO.File.WriteAllBytesAsync(Path.Combine(k.Directory, "b.bin"), [0xff, 0xfe, 0x00]);
            await k.Ok($"create configmap c --from-file={Path.Combine(k.Directory, "b.bin")}", "created");
            await k.Is("cm c", ".binaryData.b\\.bin", "//4A");
        }),
        new(Area, "create cronjob", async k =>
        {
            await k.Ok("create cronjob tick --image=registry.test/x:1 --schedule='*/5 * * * *' -- date", "created");
            await k.Is("cronjob tick", ".spec.schedule", "*/5 * * * *");
        }),
        new(Area, "create deployment", async k =>
        {
            await k.Ok("create deployment web --image=registry.test/web:1 --replicas=3 --port=5701", "created");
            await k.Is("deploy web", ".spec.replicas} {.spec.template.spec.containers[0].ports[0].containerPort", "3 5701");
        }),
        new(Area, "create ingress", async k =>
        {
            await k.Ok("create ingress front --class=portal --rule='a.example/=svc:80,tls=cert' --annotation a=b", "created");
            await k.Is("ingress front", ".spec.rules[0].http.paths[0].backend.service.port.number", "80");
        }),
        new(Area, "create job", async k =>
        {
            await k.Ok("create job once --image=registry.test/x:1 -- sh -c 'exit 0'", "created");
            await k.Is("job once", ".spec.template.spec.containers[0].command[1]", "-c");
        }),
        new(Area, "create job --from=cronjob", async k =>
        {
            await k.Ok("create cronjob tick --image=registry.test/x:1 --schedule=@yearly", "created");
            await k.Ok("create job now --from=cronjob/tick", "created");
            await k.Is("job now", ".metadata.ownerReferences[0].kind", "CronJob");
        }),
        new(Area, "create namespace", async k => await k.Ok($"create namespace {k.Unique}", $"namespace/{k.Unique} created")),
        new(Area, "create poddisruptionbudget", async k =>
        {
            await k.Ok("create poddisruptionbudget p --selector=app=web --min-available=50%", "created");
            await k.Is("pdb p", ".spec.minAvailable", "50%");
        }),
        new(Area, "create priorityclass", async k =>
        {
            await k.Ok($"create priorityclass {k.Unique} --value=1000 --description=high --preemption-policy=Never", "created");
            await k.Is($"priorityclass {k.Unique}", ".preemptionPolicy", "Never");
        }),
        new(Area, "create quota", async k =>
        {
            await k.Ok("create quota q --hard=cpu=1,memory=1G,pods=2 --scopes=NotTerminating", "created");
            await k.Is("quota q", ".spec.hard.memory", "1G");
        }),
        new(Area, "create role", async k =>
        {
            await k.Ok("create role r --verb=get,watch --resource=pods,pods/log", "created");
            await k.Is("role r", ".rules[0].verbs[1]", "watch");
        }),
        new(Area, "create rolebinding", async k =>
        {
            await k.Ok("create role r --verb=get --resource=pods");
            await k.Ok("create rolebinding rb --role=r --serviceaccount=default:s --user=u", "created");
            await k.Is("rolebinding rb", ".roleRef.name", "r");
        }),
        new(Area, "create secret generic", async k =>
        {
            await k.Ok("create secret generic s --from-literal=k=v", "created");
            await k.Is("secret s", ".data.k", "dg==");
        }),
        new(Area, "create secret docker-registry", async k =>
        {
            await k.Ok("create secret docker-registry s --docker-server=r.example --docker-username=u --docker-password=p", "created");
            await k.Is("secret s", ".type", "kubernetes.io/dockerconfigjson");
        }),
        new(Area, "create secret tls", async k =>
        {
            var (certificate, key) = await CertificateAsync(k);
            await k.Ok($"create secret tls s --cert={certificate} --key={key}", "created");
            await k.Is("secret s", ".type", "kubernetes.io/tls");
        }),
        new(Area, "create service clusterip", async k =>
        {
            await k.Ok("create service clusterip s --tcp=80:8080", "created");
            await k.Is("svc s", ".spec.ports[0].targetPort", "8080");
        }),
        new(Area, "create service clusterip --clusterip=None", async k =>
        {
            await k.Ok("create service clusterip s --clusterip=None", "created");
            await k.Is("svc s", ".spec.clusterIP", "None");
        }),
        new(Area, "create service nodeport", async k =>
        {
            await k.Ok("create service nodeport s --tcp=80", "created");
            Assert.InRange((int)(await k.Json("svc s"))["spec"]!["ports"]![0]!["nodePort"]!, 30000, 32767);
        }),
        new(Area, "create service loadbalancer", async k =>
        {
            await k.Ok("create service loadbalancer s --tcp=80", "created");
            await k.Is("svc s", ".spec.type", "LoadBalancer");
        }),
        new(Area, "create service externalname", async k =>
        {
            await k.Ok("create service externalname s --external-name=a.example", "created");
            await k.Is("svc s", ".spec.externalName", "a.example");
        }),
        new(Area, "create serviceaccount", async k => await k.Ok("create serviceaccount robot", "serviceaccount/robot created")),
        new(Area, "run", async k =>
        {
            await k.Ok("run p --image=registry.test/x:1 --env=A=b --labels=x=y --port=80", "pod/p created");
            await k.Is("pod p", ".spec.containers[0].env[0].value", "b");
        }),
        new(Area, "run --restart=Never --command --expose", async k =>
        {
            await k.Ok("run p --image=registry.test/x:1 --restart=Never --port=80 --expose --command -- sleep 9", "pod/p created", "service/p created");
            await k.Is("pod p", ".spec.restartPolicy", "Never");
        }),
        new(Area, "expose deployment", async k =>
        {
            await k.In(Manifests.Deployment(), "create -f -");
            await k.Ok("expose deployment web --port=80 --target-port=8080 --type=NodePort", "service/web exposed");
            await k.Is("svc web", ".spec.selector.app", "web");
        }),
        new(Area, "expose pod, service, replicaset", async k =>
        {
            await k.In(Manifests.Pod("p"), "create -f -");
            await k.Ok("expose pod p --port=80", "service/p exposed");
            await k.Ok("expose service p --port=81 --name=q", "service/q exposed");
        }),
        new(Area, "autoscale", async k =>
        {
            await k.In(Manifests.Deployment(), "create -f -");
            await k.Ok("autoscale deployment web --min=2 --max=5 --cpu-percent=80", "autoscaled");
            await k.Is("hpa web", ".spec.maxReplicas", "5");
            await k.Ok("get hpa", "REFERENCE", "Deployment/web");
        }) { Needs = "/apis/autoscaling/v1 horizontalpodautoscalers" },
    ];

    private static async Task<(string Certificate, string Key)> CertificateAsync(MatrixRun run)
    {
        var authority = global::Kube.Machinery.Certificates.CertificateAuthority.Create("row", TimeProvider.System);
        var issued = authority.IssueServing("a.example", ["a.example"], TimeSpan.FromDays(1));
        return (await run.File("tls.crt", issued.CertificatePem), await run.File("tls.key", issued.PrivateKeyPem));
    }
}
