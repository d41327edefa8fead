package server

import (
	"context"
	"net/http"
	"net/http/pprof"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"taxiway/internal/directory"
	"taxiway/internal/jobs"
)

// metrics are what /metrics shows. Labels come from fixed sets only.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	engine   *prometheus.CounterVec
	jobRuns  *prometheus.CounterVec
	jobDone  *prometheus.CounterVec
	diffs    prometheus.Counter
	marks    prometheus.Gauge
	markAge  prometheus.Gauge
	fills    prometheus.Gauge
	fillAge  prometheus.Gauge
	stuck    prometheus.Gauge

	mdmMessages, mdmCommands, mdmRefused *prometheus.CounterVec

	streams   prometheus.Gauge
	throttled *prometheus.CounterVec

	handshakesWaiting *prometheus.GaugeVec
	handshakes        *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "taxiway_http_requests_total", Help: "Requests answered, by edge, method and status."}, []string{"edge", "method", "status"}),
		seconds:  prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "taxiway_http_request_seconds", Help: "How long answers took, by edge.", Buckets: prometheus.ExponentialBuckets(0.0005, 2.5, 12)}, []string{"edge"}),
		engine:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "taxiway_engine_objects_total", Help: "Objects the engine settled, changed or visited in fills."}, []string{"what"}),
		jobRuns:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "taxiway_job_runs_total", Help: "Runs of background jobs, by outcome."}, []string{"job", "outcome"}),
		jobDone:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "taxiway_job_objects_total", Help: "Objects handled by background jobs."}, []string{"job"}),
		diffs:    prometheus.NewCounter(prometheus.CounterOpts{Name: "taxiway_sweep_differences_total", Help: "Differences the self-check found; anything but 0 is a defect."}),
		marks:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "taxiway_marks_waiting", Help: "Changed objects that wait to be settled."}),
		markAge:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "taxiway_marks_oldest_seconds", Help: "Age of the oldest waiting mark."}),
		fills:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "taxiway_fills_open", Help: "Walks after configuration changes that are not finished."}),
		fillAge:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "taxiway_fills_oldest_seconds", Help: "Age of the oldest open fill."}),
		stuck:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "taxiway_marks_failed", Help: "Marks whose settling ended in an error at least once."}),
	}
	m.mdmMessages = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "taxiway_mdm_messages_total", Help: "Messages of managed PCs, by how they were answered."}, []string{"outcome"})
	m.mdmCommands = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "taxiway_mdm_commands_total", Help: "Commands for managed PCs that came to their end, by state."}, []string{"state"})
	m.mdmRefused = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "taxiway_mdm_refused_total", Help: "Messages that were not believed or not taken, by reason."}, []string{"reason"})
	m.throttled = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "taxiway_throttled_total", Help: "Requests refused because an allowance was used up, by its setting."}, []string{"setting"})
	m.streams = prometheus.NewGauge(prometheus.GaugeOpts{Name: "taxiway_site_streams", Help: "Windows of the admin site that listen for changes."})
	m.handshakesWaiting = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "taxiway_tls_handshakes_waiting", Help: "Connections that wait for their turn to make the TLS handshake."}, []string{"listener"})
	m.handshakes = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "taxiway_tls_handshakes_total", Help: "TLS handshakes, by how they ended: done, failed, late (the client took too long), gave_up (it hung up before its turn)."}, []string{"listener", "outcome"})
	m.registry.MustRegister(m.streams, m.throttled, m.handshakesWaiting, m.handshakes, m.mdmMessages, m.mdmCommands, m.mdmRefused,
		m.requests, m.seconds, m.engine, m.jobRuns, m.jobDone, m.diffs, m.marks, m.markAge, m.fills, m.fillAge, m.stuck,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) observeRequest(edge, method string, status int, took time.Duration, stream bool) {
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodHead:
	default:
		method = "other"
	}
	m.requests.WithLabelValues(edge, method, strconv.Itoa(status)).Inc()
	if !stream { // how long somebody listened is no time of an answer
		m.seconds.WithLabelValues(edge).Observe(took.Seconds())
	}
}

// ofHandshakes counts those of a listener.
func (m *metrics) ofHandshakes(listener string) handshakeWatch {
	ended := m.handshakes.MustCurryWith(prometheus.Labels{"listener": listener})
	return handshakeWatch{waiting: m.handshakesWaiting.WithLabelValues(listener).Add, ended: func(outcome string) { ended.WithLabelValues(outcome).Inc() }}
}

func (m *metrics) observeJob(job string, r jobs.Result, err error) {
	outcome := "ok"
	if err != nil {
		outcome = "error"
	}
	m.jobRuns.WithLabelValues(job, outcome).Inc()
	m.jobDone.WithLabelValues(job).Add(float64(r.Done))
}

func (m *metrics) observeBacklog(b directory.Backlog) {
	m.marks.Set(float64(b.Marks))
	m.markAge.Set(b.OldestMark.Seconds())
	m.fills.Set(float64(b.Fills))
	m.fillAge.Set(b.OldestFill.Seconds())
	m.stuck.Set(float64(b.FailedMarks))
}

// privateHandler serves metrics, health and profiles on the localhost
// listener; on the public ones these paths do not exist.
func (s *Server) privateHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), healthTimeout)
		defer cancel()
		if s.stopping.Load() {
			writeText(w, http.StatusServiceUnavailable, "stopping\n")
			return
		}
		if err := s.db.Ping(ctx); err != nil {
			writeText(w, http.StatusServiceUnavailable, "the database does not answer\n")
			return
		}
		writeText(w, http.StatusOK, "ready\n")
	})
	prom := promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if b, err := s.db.Backlog(r.Context(), s.clock.Real()); err == nil {
			s.metrics.observeBacklog(b)
		}
		prom.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // the client is gone when this fails
}
